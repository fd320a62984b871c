"""Forecasting a series of numbers: data, models, baselines, intervals, and the experiment that compares them."""
