"""Two studies in optuna's own storage. Run: pip install -r ../requirements.txt && python make.py studies.db"""
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
storage = f"sqlite:///{sys.argv[1]}"


def two_values(trial):
    x = trial.suggest_float("x", -10, 10)
    trial.suggest_categorical("y", ["a", "b"])
    z = trial.suggest_int("z", 1, 5)
    trial.set_user_attr("note", "ü")
    return x**2, float("inf") if trial.number == 1 else z


def reported(trial):
    trial.report(trial.number * 1.5, 1)
    trial.report(float("nan"), 2)
    return trial.suggest_float("x", 1e-5, 1, log=True)


optuna.create_study(storage=storage, study_name="st", directions=["minimize", "maximize"]).optimize(two_values, n_trials=4)
optuna.create_study(storage=storage, study_name="s2").optimize(reported, n_trials=3)
