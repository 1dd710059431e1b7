/** The next move for whoever reads of a problem of a host, by its code. */
export const HINTS: Readonly<Record<string, string>> = {
  spec_unreadable: 'nothing is changed here until the controller sends its spec',
  disk: 'make room there, or give promfleet’s part of it a disk of its own',
  copied_identity:
    'enrol this machine as a host of its own, with a join token ("promfleet-agent enrol"); or say that it is that very machine, with --same-machine',
  settings_unusable:
    'nothing is changed on this host until it is mended, and what runs there runs on; no restart is needed: "promfleet-agent check-config" there tells more',
  spec_unsaved: 'this host stays at the revision before it; the controller sends it again every minute',
};
