"""The ledger 存证日志: every act that matters as a leaf of one Merkle tree, with signed checkpoints."""
