"""Calls of API operations: options, requests, retries, paging, streaming, uploads and downloads."""
