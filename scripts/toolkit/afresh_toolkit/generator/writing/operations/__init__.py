"""The modules of operations: arguments, what is sent, what is answered, and pages."""
