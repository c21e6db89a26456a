"""The commands of `oppitupa`, one file a noun; `server.cli` names them."""
