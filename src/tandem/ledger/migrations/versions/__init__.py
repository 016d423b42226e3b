"""One file per step. A step that was ever released is never changed."""
