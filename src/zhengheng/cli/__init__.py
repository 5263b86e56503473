"""The `zhengheng` command. The clock and the terminal live here and nowhere below."""
