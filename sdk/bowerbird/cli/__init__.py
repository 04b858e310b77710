"""The command line `bowerbird`: one file a group of commands, on top of `bowerbird.client`."""
