package dev.holdfast.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.holdfast.server.ledger.books.OperationKey;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.StoreException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Callers choose ids, and can choose thousands that have one hash. In a map of Java's these share
 * one place, which is searched in the logarithm of their number where keys have an order, and one
 * after the other where they have none.
 */
class MapKeysTest {
  /** No caller chooses them. */
  private static final Set<Class<?>> EXEMPT = Set.of(StoreException.Damage.class);

  @Test
  void keysThatAreEqualByTheirContentsHaveAnOrder() {
    Set<String> without = new TreeSet<>();
    int looked = 0;
    for (JavaClass one :
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.holdfast.server.ledger", "dev.holdfast.server.store")) {
      for (JavaField field : one.getFields()) {
        Field reflected = field.reflect();
        if (Map.class.isAssignableFrom(reflected.getType())
            || Set.class.isAssignableFrom(reflected.getType())) {
          looked++;
          Type key = ((ParameterizedType) reflected.getGenericType()).getActualTypeArguments()[0];
          if (key instanceof Class<?> type && needsOrder(type)) {
            without.add(type.getName() + " in " + field.getFullName());
          }
        }
      }
    }
    assertTrue(looked > 30, "fields: " + looked);
    assertEquals(Set.of(), without);
  }

  private static boolean needsOrder(Class<?> type) {
    try {
      Method equals = type.getMethod("equals", Object.class);
      return equals.getDeclaringClass() != Object.class
          && !Comparable.class.isAssignableFrom(type)
          && !EXEMPT.contains(type);
    } catch (NoSuchMethodException e) {
      // An interface does not say.
      return false;
    }
  }

  /** All strings of so many pairs that have the hash of the first of them. */
  private static List<String> colliding(int pairs) {
    List<String> strings = List.of("");
    for (int i = 0; i < pairs; i++) {
      List<String> longer = new ArrayList<>();
      for (String string : strings) {
        longer.add(string + "Aa");
        longer.add(string + "BB");
      }
      strings = longer;
    }
    return strings;
  }

  @Test
  void keysOfOneHashAreToldApartByTheirOrder() {
    List<OperationKey> keys = new ArrayList<>();
    List<Slot> slots = new ArrayList<>();
    for (String id : colliding(6)) {
      keys.add(new OperationKey("request", id));
      keys.add(new OperationKey(id, "AaAaAaAaAaAa"));
      slots.add(new Slot(id, 0));
    }
    assertEquals(1, slots.stream().map(Slot::hashCode).distinct().count());
    assertEquals(2, keys.stream().map(OperationKey::hashCode).distinct().count());
    for (OperationKey one : keys) {
      for (OperationKey other : keys) {
        assertEquals(one.equals(other), one.compareTo(other) == 0);
        assertEquals(one.compareTo(other), -other.compareTo(one));
      }
    }
  }
}
