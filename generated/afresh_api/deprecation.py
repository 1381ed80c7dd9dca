# Written by scripts/generate from the description of the API: changes made here are lost.
"""How operations are marked that the description calls deprecated: editors strike them through, and a call warns."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import deprecated as deprecated
elif sys.version_info >= (3, 13):
    from warnings import deprecated
else:
    from asyncio import coroutines, iscoroutinefunction
    from functools import wraps
    from warnings import warn

    class deprecated:
        """Marks a function as `warnings.deprecated` does, which Python has since 3.13."""

        def __init__(self, message):
            self.message = message

        def __call__(self, function):
            message = self.message

            @wraps(function)
            def warning(*args, **kwargs):
                warn(message, DeprecationWarning, stacklevel=2)
                return function(*args, **kwargs)

            warning.__deprecated__ = message
            if iscoroutinefunction(function):
                # It is called like one, and returns a coroutine: what asks whether it is one is to hear so.
                if sys.version_info >= (3, 12):
                    from inspect import markcoroutinefunction

                    return markcoroutinefunction(warning)
                warning._is_coroutine = coroutines._is_coroutine
            return warning
