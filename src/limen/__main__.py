from limen.config.cli import main

raise SystemExit(main())
