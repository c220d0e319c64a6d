"""From the log to numbers: what a planner sees is computed here, from a scenario and a log, never from the engine.

A metric is a fold over the rows of one replication (`fold`); `summary.Pool` gathers folds; `tables` gives pandas tables
for figures and workbooks; `wording` says the answer in words. Names and units are those of `sim.scenario.metric_names`.
"""
