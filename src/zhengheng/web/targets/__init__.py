"""Targets 目标: proposed, negotiated with staff consultation, signed; changed later only by a docket."""
