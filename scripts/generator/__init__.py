"""The program behind scripts/generate: from an OpenAPI description to a typed Python package.

`pipeline` is the whole of it, step by step:

- read: `document` (the file and its lines), `description` (is it OpenAPI, and sound), `lifecycle` and `pagination` (our
  extensions, with `runtime_expressions`), `interpretation` (what openapi-python-client makes of it);
- write: `package` fills the templates with `models`, `operations` (`parameter_code`, `body_code`,
  `answer_code`, `paging_code`) and
  `resources` (`naming`); `codec` writes the expressions, `docstrings` the words;
- `formatting`, then `checks`, then `manifest`, then `swap`.
"""
