"""Who stands at the door: signing in, devices, limits and the guard of every route."""
