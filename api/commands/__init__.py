"""The commands of ``wangge`` that have a module of their own; ``api.cli`` puts them together."""
