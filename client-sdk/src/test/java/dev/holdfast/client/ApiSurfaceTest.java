package dev.holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests the public API that users of the SDK compile against. */
class ApiSurfaceTest {
  /** The types of gRPC that the builder takes, and nothing else does. */
  private static final Set<Class<?>> BUILDER_ONLY =
      Set.of(
          io.grpc.Channel.class,
          io.grpc.ChannelCredentials.class,
          io.grpc.CallCredentials.class,
          io.grpc.ClientInterceptor.class);

  private static final List<Class<?>> FACETS =
      List.of(Repositories.class, Reservations.class, Sales.class, Datastore.class);

  private static final String INTERNAL = "dev.holdfast.client.internal.";

  private static final Set<String> PACKAGES =
      Set.of(
          "dev.holdfast.client",
          "dev.holdfast.client.errors",
          "dev.holdfast.client.model",
          "dev.holdfast.client.requests",
          "dev.holdfast.client.results");

  private static final Set<String> COMPILED_INTO_ENUMS = Set.of("values", "valueOf");

  @Test
  void onlyTypesOfJavaAndOfTheSdkAreInPublicSignatures() throws Exception {
    Set<String> foreign = new TreeSet<>();
    for (Class<?> type : publicTypes()) {
      Set<Class<?>> used = new HashSet<>();
      collect(type.getGenericSuperclass(), used);
      for (Type parent : type.getGenericInterfaces()) {
        collect(parent, used);
      }
      for (Field field : type.getDeclaredFields()) {
        if (isVisible(field.getModifiers())) {
          collect(field.getGenericType(), used);
        }
      }
      for (Executable member : visibleMembers(type)) {
        collectSignature(member, used);
      }
      for (Class<?> each : used) {
        if (!isAllowed(each, type)) {
          foreign.add(type.getSimpleName() + " uses " + each.getName());
        }
      }
    }
    assertEquals(Set.of(), foreign);
  }

  @Test
  void everyCallOfAFacetIsThereBlockingAndAsAFuture() {
    for (Class<?> facet : FACETS) {
      Set<String> blocking = new TreeSet<>();
      Set<String> async = new TreeSet<>();
      for (Method method : facet.getDeclaredMethods()) {
        if (!Modifier.isPublic(method.getModifiers())
            || method.getReturnType() == facet
            || Stream.class.isAssignableFrom(method.getReturnType())
            || method.getReturnType() == EventSubscription.class) {
          continue;
        }
        String parameters = List.of(method.getGenericParameterTypes()).toString();
        if (method.getReturnType() == CompletableFuture.class) {
          assertTrue(method.getName().endsWith("Async"), method.toString());
          async.add(method.getName().replaceFirst("Async$", "") + parameters);
        } else {
          blocking.add(method.getName() + parameters);
        }
      }
      assertEquals(blocking, async);
    }
  }

  @Test
  void noMethodTakesMoreThanAHandfulOfArguments() throws Exception {
    for (Class<?> type : publicTypes()) {
      for (Method method : type.getDeclaredMethods()) {
        assertFalse(
            Modifier.isPublic(method.getModifiers()) && method.getParameterCount() > 3,
            method.toString());
      }
    }
  }

  @Test
  void thePackagesMeanNoNulls() throws Exception {
    for (Class<?> type : publicTypes()) {
      assertTrue(
          type.getPackage().isAnnotationPresent(org.jspecify.annotations.NullMarked.class),
          type.getName());
    }
  }

  @Test
  void whatIsNotInternalIsInAFewPackages() throws Exception {
    Set<String> packages = new TreeSet<>();
    for (Class<?> type : publicTypes()) {
      packages.add(type.getPackageName());
    }
    assertEquals(PACKAGES, packages);
  }

  @Test
  void facetsCanBeReplacedInATest() {
    for (Class<?> facet : FACETS) {
      assertTrue(facet.isInterface() && !facet.isSealed(), facet.getName());
    }
  }

  @Test
  void everyExceptionCanBeMadeInATest() throws Exception {
    for (Class<?> type : publicTypes()) {
      if (Throwable.class.isAssignableFrom(type)) {
        assertTrue(type.getConstructors().length > 0, type.getName());
      }
    }
  }

  private static List<Class<?>> publicTypes() throws ClassNotFoundException {
    List<Class<?>> types = new ArrayList<>();
    for (JavaClass found :
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.holdfast.client")) {
      Class<?> type = Class.forName(found.getName(), false, ApiSurfaceTest.class.getClassLoader());
      boolean visible = true;
      for (Class<?> each = type; each != null; each = each.getDeclaringClass()) {
        visible &= isVisible(each.getModifiers());
      }
      if (visible
          && !type.getName().startsWith(INTERNAL)
          && !type.isSynthetic()
          && !type.getSimpleName().equals("package-info")) {
        types.add(type);
      }
    }
    assertTrue(types.size() > 30, "found only " + types);
    return types;
  }

  private static List<Executable> visibleMembers(Class<?> type) {
    return Stream.<Executable>concat(
            Stream.of(type.getDeclaredMethods()),
            Stream.<Constructor<?>>of(type.getDeclaredConstructors()))
        .filter(member -> isVisible(member.getModifiers()) && !member.isSynthetic())
        .filter(member -> !(type.isEnum() && COMPILED_INTO_ENUMS.contains(member.getName())))
        .toList();
  }

  private static boolean isVisible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static boolean isAllowed(Class<?> used, Class<?> user) {
    return used.isPrimitive()
        || used.getName().startsWith("java.")
        || (PACKAGES.contains(used.getPackageName()) && isVisible(used.getModifiers()))
        || (BUILDER_ONLY.contains(used)
            && (user == HoldfastClient.Builder.class || user == HoldfastClient.class));
  }

  private static void collectSignature(Executable member, Set<Class<?>> used) {
    for (Type parameter : member.getGenericParameterTypes()) {
      collect(parameter, used);
    }
    for (Type thrown : member.getGenericExceptionTypes()) {
      collect(thrown, used);
    }
    for (TypeVariable<?> variable : member.getTypeParameters()) {
      collect(variable, used);
    }
    if (member instanceof Method method) {
      collect(method.getGenericReturnType(), used);
    }
  }

  private static void collect(@org.jspecify.annotations.Nullable Type type, Set<Class<?>> used) {
    if (type instanceof Class<?> plain) {
      used.add(plain.isArray() ? plain.getComponentType() : plain);
    } else if (type instanceof ParameterizedType parameterized) {
      collect(parameterized.getRawType(), used);
      Stream.of(parameterized.getActualTypeArguments()).forEach(each -> collect(each, used));
    } else if (type instanceof GenericArrayType array) {
      collect(array.getGenericComponentType(), used);
    } else if (type instanceof WildcardType wildcard) {
      Stream.of(wildcard.getUpperBounds()).forEach(each -> collect(each, used));
      Stream.of(wildcard.getLowerBounds()).forEach(each -> collect(each, used));
    } else if (type instanceof TypeVariable<?> variable) {
      Stream.of(variable.getBounds()).forEach(each -> collect(each, used));
    }
  }
}
