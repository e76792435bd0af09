"""Workspaces to begin with, the demo's, and what makes a company's own of them."""
