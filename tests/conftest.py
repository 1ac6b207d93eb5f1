"""Settings of all tests."""

from hypothesis import settings

settings.register_profile("hotich", deadline=None)
"""No test fails because the machine was busy."""

settings.load_profile("hotich")
