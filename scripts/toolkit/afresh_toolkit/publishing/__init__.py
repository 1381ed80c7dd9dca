"""Publishes the SDK to a package index, or says why not.

- `release` is the course of it, step by step, and `local` takes that course on this machine alone;
- `repository` and `project` say what is released, `building` makes the files of it;
- `fitting` judges whether the version tells what has changed;
- `subject` is what is released: the SDK, or the toolkit;
- `trial` installs the wheel in a fresh environment, where `smoke` or the repository's scripts/smoke.py makes calls with
  it, and `sbom` lists what is there;
- `address` and `credentials` say where the index is and who asks, `index` asks it, `uploading` hands it the files;
- `programs` runs other programs, which end when this one does.
"""
