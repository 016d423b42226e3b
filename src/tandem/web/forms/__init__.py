"""From the fields of a form to the keys and values of a definition, and back."""
