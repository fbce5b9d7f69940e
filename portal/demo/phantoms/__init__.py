"""Synthetic chest-CT-like phantoms with lesions of known place and size. Pure numpy, scipy and pydicom."""
