"""One file per page; each is a script that Streamlit runs from top to bottom on every visit.

The folder is not called `pages`: Streamlit serves the files of a folder with that name by itself until the app has run
once, and a first visit to such an address would pass by what `app.py` says before any figure.
"""
