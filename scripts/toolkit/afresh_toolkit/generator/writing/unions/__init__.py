"""The code that tells the members of unions apart."""
