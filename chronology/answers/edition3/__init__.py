"""The third edition of the rule, whole and tested but not yet in use: answers come from `answers/resolve.py`."""
