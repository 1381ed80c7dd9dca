"""The SDK's use of httpx: connections, proxies, certificates, response hooks, and bodies streamed from files."""
