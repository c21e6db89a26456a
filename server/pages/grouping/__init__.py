"""Groups: formed from those who wait, looked at again, each with its people."""
