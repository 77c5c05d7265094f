"""The app's pages: layout and words, one file a step of the journey; ``app.py`` routes them."""
