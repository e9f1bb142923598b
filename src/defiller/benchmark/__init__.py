"""``defiller benchmark``: what a filter costs and gives beside its peers.

One process a peer, so that memory and start-up are its own; the same articles for all of them;
CPU time of one thread, so that a busy machine changes little.
"""
