"""The token engine in every order of events: an exhaustive exploration of it, in a world small enough for that.

What is explored is the engine itself, not a copy of it: `Session`, `State`, `refresh()`, `TokenAuth` run as they are.

    steps         what a thread of the engine does to the world around it
    replay        runs a thread of the engine up to its next step
    process       one process's session between the steps
    server        the server's sessions and single-use refresh tokens
    world         all of it, with one store and a clock: what can happen next, and what comes of it
    invariants    what must hold whatever happens
    search        goes through all that can happen, and finds the shortest way to what must not
    mutations     bugs of one line, each of which the exploration must find
"""
