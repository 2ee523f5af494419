# Hold the emulator and the client against Google's schema and Google's clients; needs Python and Node
contract:
    contract/run
