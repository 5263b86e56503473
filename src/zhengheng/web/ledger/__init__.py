"""The face of the ledger: acts are written here, in the transaction of the act itself."""
