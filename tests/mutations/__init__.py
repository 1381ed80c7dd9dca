"""A list of bugs of one line, each of which the tests of its module have to find: `scripts/explore --mutations`.

The bugs that the exploration has to find, in whatever order things happen, are others: see `exploration.mutations`.

    lists/      the bugs, in a file for each module of custom/
    listed      reads the lists, and puts a bug into the text of its module
    workspace   a copy of the project in which a bug can be put, and the tests run
    first       a plugin of pytest's: the test that is likely to find a bug comes first
    trial       tries the bugs one by one, and counts
"""
