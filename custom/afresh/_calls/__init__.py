"""What a call does: options, requests, retries, paging, streaming, uploads and downloads."""
