"""Front door: ``python run_scenario.py scenarios/X.yaml`` (see ``--help``)."""

from sim.cli.main import main

if __name__ == "__main__":
    main()
