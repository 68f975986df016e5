"""Mutation testing: is each line of the modules that guard money held by a test?"""
