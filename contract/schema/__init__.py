"""Holds the emulator's exchanges and the client's wire types against Google's discovery documents."""
