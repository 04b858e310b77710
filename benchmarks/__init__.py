"""How fast the suite is, each figure beside that of a peer or a limit measured in the same run."""
