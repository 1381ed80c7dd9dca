"""A small description for each of the generator's rules, and a record of what comes of it.

`<rule>.yaml` is a description in which a rule is applied, and `<rule>.txt` what it was when somebody last looked at it:
the rules with their places, the models, and of each operation what is sent and read. test_generation_rules.py compares.
After a change to the generator, or to a description,

    PYTHONPATH=tests .venv/bin/python -m rules

writes the records anew; the difference is what there is to review.
"""
