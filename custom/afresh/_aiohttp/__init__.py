"""`AiohttpTransport`: the requests of an asynchronous client over aiohttp."""
