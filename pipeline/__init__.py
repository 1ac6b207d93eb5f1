"""hotich: from paper civil-status ledgers to a registry one can trust."""

__version__ = "0.1.0"
