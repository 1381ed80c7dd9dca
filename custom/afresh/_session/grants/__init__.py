"""The grants for which a person acts elsewhere: in a browser, or on another device."""
