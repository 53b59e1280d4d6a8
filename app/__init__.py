"""The web, by door: who is asking. `app.factory.create_app` puts it together.

This file imports nothing, so that `kafedra …` (in `app.command`) starts without loading the web.
"""
