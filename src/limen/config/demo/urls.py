"""Addresses of the demo clinic alone; included only under the demo settings."""

from django.urls import path

from limen.config.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.people, name="people"),
    path("enter/", views.enter, name="enter"),
]
