#!/bin/sh
echo raid 1
