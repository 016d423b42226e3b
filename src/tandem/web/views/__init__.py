"""One file per part of the navigation: contexts, and the views that fill them from one use case each."""
