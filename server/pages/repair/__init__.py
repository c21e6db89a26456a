"""A teacher cannot come: she says so, somebody is asked, whoever plans sees what helps."""
