"""Analytic hierarchy process: from expert judgment to weights that stand up to an audit.

A module is imported when one of its names in `__init__.pyi` is asked for, so that `import ahp` is
quick.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
