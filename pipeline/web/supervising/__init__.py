"""Views of the supervisors' and administrators' pages."""
