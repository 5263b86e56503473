"""Rectification 整改: a red light proposes, the office confirms, the notice is served, the plan done, somebody else accepts."""
