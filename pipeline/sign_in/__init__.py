"""Sign-in through an OpenID Connect provider, beside local accounts: what the office set, and what is asked of it."""

from pipeline.sign_in.failures import SignInFailed
from pipeline.sign_in.policy import GroupDuties, SignInPolicy, read_sign_in, sign_in_secret
from pipeline.sign_in.provider import Provider

__all__ = ["GroupDuties", "Provider", "SignInFailed", "SignInPolicy", "read_sign_in", "sign_in_secret"]
