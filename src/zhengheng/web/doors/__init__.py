"""Other doors than a local password: the city's single sign-on, its directory, its messenger. All lead to accounts that are there."""
